/** The one place where the map's page says where the files are that it loads: `{{pages}}map/main.js`, `{{maplibre}}…`. */

/** Paths that end with a slash. */
export interface Places {
  /** Of `map/` and `look/`, which name each other's files. */
  readonly pages: string;
  readonly maplibre: string;
}

export function fillMapPage(html: string, { pages, maplibre }: Places): string {
  return html.replaceAll('{{pages}}', pages).replaceAll('{{maplibre}}', maplibre);
}
