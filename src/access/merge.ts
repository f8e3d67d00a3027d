/** Two changes of one text, made at the same moment, as one. */

/** What stands in `start…end` of the base gives way to `insert`. */
interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/**
 * `base` with what both `theirs` and `ours` changed of it; where both inserted, theirs comes first.
 * Undefined when they changed the same place. Each change is taken as one piece, from the first
 * character that differs to the last.
 */
export function merge(base: string, theirs: string, ours: string): string | undefined {
  const [their, our] = [hunkOf(base, theirs), hunkOf(base, ours)];
  const ordered = their.end <= our.start ? [their, our] : [our, their];
  const [first, second] = ordered as [Hunk, Hunk];
  if (first.end > second.start) return undefined;
  const between = base.slice(first.end, second.start);
  const tail = base.slice(second.end);
  return base.slice(0, first.start) + first.insert + between + second.insert + tail;
}

function hunkOf(base: string, changed: string): Hunk {
  const shorter = Math.min(base.length, changed.length);
  let start = 0;
  while (start < shorter && base[start] === changed[start]) start += 1;
  let same = 0;
  while (same < shorter - start && base.at(-1 - same) === changed.at(-1 - same)) same += 1;
  const [end, insertEnd] = [base.length - same, changed.length - same];
  return { start, end, insert: changed.slice(start, insertEnd) };
}
