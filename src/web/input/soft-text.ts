/** What a phone's keyboard did to a text. */
export interface Edit {
  /** Characters taken away from the end. */
  readonly backspaces: number;
  /** What was put in their place. */
  readonly text: string;
}

/**
 * How `before` became `after`, as keys would do it. Phones correct words that are typed already:
 * what is the same up to the first difference stays, the rest is typed anew.
 */
export function editOf(before: string, after: string): Edit {
  const [old, now] = [[...before], [...after]];
  const first = old.findIndex((character, at) => character !== now[at]);
  const same = first < 0 ? old.length : first;
  return { backspaces: old.length - same, text: now.slice(same).join("") };
}
