/** Something that can be found. */
export interface Findable {
  readonly tag: string;
  readonly title: string;
  readonly shows: string;
}

/** Those in which every word of the query stands, somewhere; titles and tags count before what is told of it. All of them for an empty query. Pure. */
export function search<T extends Findable>(all: readonly T[], query: string): readonly T[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all;
  const isIn = (text: string) => words.every((word) => text.includes(word));
  const named = (each: T) => `${each.tag} ${each.title}`.toLowerCase();
  const inName = all.filter((each) => isIn(named(each)));
  const inText = all.filter((each) => !inName.includes(each) && isIn(`${named(each)} ${each.shows.toLowerCase()}`));
  return [...inName, ...inText];
}
