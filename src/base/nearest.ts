/** Words longer than this are compared by their beginning: names of ours are all shorter. */
const COMPARED_CHARACTERS_MAX = 64;

/**
 * The name of `known` that `word` was most likely meant to be: the one fewest edits away, if at
 * most one edit in three characters, else the only one that `word` is the beginning of. Case is not
 * looked at.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const asked = word.slice(0, COMPARED_CHARACTERS_MAX).toLowerCase();
  let found: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const edits = editDistance(asked, name.toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(asked.length, name.length) / 3));
    if (edits <= allowed && edits < fewest) {
      fewest = edits;
      found = name;
    }
  }
  if (found !== undefined || asked.length < 2) return found;
  const longer = known.filter((name) => name.toLowerCase().startsWith(asked));
  return longer.length === 1 ? longer[0] : undefined;
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours that lead from `from` to `to`: the
 * optimal string alignment distance.
 */
export function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let edits = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped && row > 1 && column > 1) edits = Math.min(edits, (before[column - 2] ?? 0) + 1);
      current.push(edits);
    }
    before = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
