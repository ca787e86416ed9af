/**
 * The rooms of the API, and where each answers. A room's code is loaded when somebody first asks there: an instance that
 * has just been started for one request loads what that request needs.
 */

import type { Route } from './http/route.ts';
import { type RouteTable, routeTable } from './http/route-table.ts';
import type { FindRoute } from './http/router.ts';
import type { Services } from './services.ts';

interface Room {
  /** The words that its paths have behind `/api/` and `/api/staff/`; files at the root by their names. */
  readonly at: readonly string[];
  readonly routes: (services: Services) => Promise<readonly Route[]>;
}

export const rooms: readonly Room[] = [
  {
    at: ['health'],
    routes: async (services) => (await import('./health/routes.ts')).healthRoutes(services),
  },
  {
    at: ['csrf-token', 'session', 'password'],
    routes: async (services) => (await import('./access/session-routes.ts')).sessionRoutes(services),
  },
  {
    at: ['campaigns'],
    routes: async (services) => (await import('./campaigns/routes.ts')).campaignRoutes(services),
  },
  {
    at: ['bills'],
    routes: async (services) => (await import('./bills/routes.ts')).billRoutes(services),
  },
  {
    at: ['legislators'],
    routes: async (services) => (await import('./legislators/routes.ts')).legislatorRoutes(services),
  },
  {
    at: ['legislators'],
    routes: async (services) => (await import('./briefings/routes.ts')).briefingRoutes(services),
  },
  {
    at: ['stakeholders'],
    routes: async (services) => (await import('./stakeholders/routes.ts')).stakeholderRoutes(services),
  },
  {
    // Who is erased here has endorsed.
    at: ['endorsements', 'stakeholders'],
    routes: async (services) => (await import('./endorsements/routes.ts')).endorsementRoutes(services),
  },
  {
    at: ['endorsements'],
    routes: async (services) => (await import('./counts/routes.ts')).countRoutes(services),
  },
  {
    at: ['stakeholders'],
    routes: async (services) => (await import('./stakeholders/location-routes.ts')).locationRoutes(services),
  },
  {
    at: ['homepage'],
    routes: async (services) => (await import('./content/homepage.ts')).homepageRoutes(services),
  },
  {
    at: ['content-blocks'],
    routes: async (services) => (await import('./content/content-blocks.ts')).contentBlockRoutes(services),
  },
  {
    at: ['sanitized-html'],
    routes: async () => (await import('./content/sanitize-route.ts')).sanitizeRoutes(),
  },
  {
    at: ['themes', 'theme', 'theme.css'],
    routes: async (services) => (await import('./themes/routes.ts')).themeRoutes(services),
  },
  {
    at: ['legal'],
    routes: async (services) => (await import('./legal/routes.ts')).legalRoutes(services),
  },
  {
    at: ['media', 'images', 'videos'],
    routes: async (services) => (await import('./media/routes.ts')).mediaRoutes(services),
  },
  {
    at: ['address'],
    routes: async (services) => (await import('./geocoding/routes.ts')).addressRoutes(services),
  },
  {
    at: ['regions'],
    routes: async (services) => (await import('./regions/lookup-routes.ts')).lookupRoutes(services),
  },
  {
    at: ['regions'],
    routes: async (services) => (await import('./regions/routes.ts')).regionRoutes(services),
  },
  {
    at: ['accounts', 'keys', 'audit'],
    routes: async (services) => (await import('./access/staff-routes.ts')).staffRoutes(services),
  },
  {
    at: ['webhooks'],
    routes: async (services) => (await import('./webhooks/routes.ts')).webhookRoutes(services),
  },
  {
    at: ['robots.txt', 'sitemap.xml'],
    routes: async (services) => (await import('./site/routes.ts')).siteRoutes(services),
  },
  {
    at: ['openapi.json', 'docs'],
    routes: async () => (await import('./openapi/routes.ts')).openapiRoutes(describedRoutes),
  },
];

export function findRoute(services: Services): FindRoute {
  const routesOf = once((room: Room) => room.routes(services));
  const tableAt = once(async (word: string) => {
    const here = rooms.filter(({ at }) => at.includes(word));
    return routeTable((await Promise.all(here.map(routesOf))).flat());
  });
  const loaded = new Map<string, RouteTable>();
  return (path) => {
    const word = wordOf(path);
    const table = loaded.get(word);
    if (table) return table(path);
    if (!words.has(word)) return undefined;
    return tableAt(word).then((made) => {
      loaded.set(word, made);
      return made(path);
    });
  };
}

const words = new Set(rooms.flatMap(({ at }) => at));

/** `/api/campaigns/1` and `/api/staff/campaigns/1` are of `campaigns`, `/theme.css` is of `theme.css`. */
function wordOf(path: string): string {
  return /^\/(?:api\/(?:staff\/)?)?([^/]*)/.exec(path)?.[1] ?? '';
}

/** Every operation of the API. */
export async function routesOf(services: Services): Promise<readonly Route[]> {
  return (await Promise.all(rooms.map(({ routes }) => routes(services)))).flat();
}

/** The same without anything behind them: to describe the API where it does not run. */
export function describedRoutes(): Promise<readonly Route[]> {
  const nothing = new Proxy({}, { get: () => undefined });
  return routesOf({ database: nothing, media: nothing, limiter: nothing, geocoder: undefined } as unknown as Services);
}

/** What could not be loaded is tried again when somebody asks again. */
function once<Key, Value>(make: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const made = new Map<Key, Promise<Value>>();
  return (key) => {
    const known = made.get(key);
    if (known) return known;
    const value = make(key);
    made.set(key, value);
    value.catch(() => made.delete(key));
    return value;
  };
}
