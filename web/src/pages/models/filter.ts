import type { CatalogueModel } from "../../api/machine";

export type SizeClass = "tiny" | "small" | "middle" | "large";
export interface CatalogueFilter {
  words: string;
  access: CatalogueModel["access"][];
  commercial: CatalogueModel["commercial"][];
  sizes: SizeClass[];
  countries: string[];
}

export const kNoFilter: CatalogueFilter = { words: "", access: [], commercial: [], sizes: [], countries: [] };

export function sizeClass(parameters: number | undefined): SizeClass | null {
  if (parameters === undefined) return null;
  if (parameters <= 2e9) return "tiny";
  if (parameters <= 9e9) return "small";
  return parameters <= 40e9 ? "middle" : "large";
}

const allows = <T>(chosen: T[], value: T | null) =>
  chosen.length === 0 || (value !== null && chosen.includes(value));

/** Every word must occur; nothing chosen in a row of choices means all. */
export function filterCatalogue(models: CatalogueModel[], filter: CatalogueFilter): CatalogueModel[] {
  const words = filter.words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return models.filter((model) => {
    const about = `${model.id} ${model.name} ${model.maker} ${model.family}`.toLowerCase();
    return (
      words.every((word) => about.includes(word)) &&
      allows(filter.access, model.access) &&
      allows(filter.commercial, model.commercial) &&
      allows(filter.sizes, sizeClass(model.parameters)) &&
      allows(filter.countries, model.country)
    );
  });
}
