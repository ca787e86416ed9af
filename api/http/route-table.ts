/** From a path to its routes: exact paths at once, paths with parameters after them. */
import { Problem } from './problem.ts';
import type { Method, Route } from './route.ts';

export interface Found {
  readonly methods: ReadonlyMap<Method, Route>;
  /** Decoded values of the path's parameters. */
  readonly segments: Record<string, string>;
}

/** Finds what stands at a path, given without its trailing slash. */
export type RouteTable = (path: string) => Found | undefined;

export function routeTable(routes: readonly Route[]): RouteTable {
  const byPath = new Map<string, Map<Method, Route>>();
  for (const route of routes) {
    const methods = byPath.get(route.path) ?? new Map<Method, Route>();
    if (methods.has(route.method)) throw new Error(`Two routes are ${route.method} ${route.path}.`);
    byPath.set(route.path, methods.set(route.method, route));
  }
  const patterns = [...byPath]
    .filter(([path]) => path.includes('{'))
    .map(([path, methods]) => ({ methods, pattern: patternOf(path) }));

  return (path) => {
    const exact = byPath.get(path);
    if (exact && !path.includes('{')) return { methods: exact, segments: {} };
    for (const { methods, pattern } of patterns) {
      const groups = pattern.exec(path)?.groups;
      if (groups) {
        const segments = Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decode(text)]));
        return { methods, segments };
      }
    }
    return undefined;
  };
}

function patternOf(path: string): RegExp {
  const escaped = path.replaceAll('.', '\\.');
  return new RegExp(`^${escaped.replace(/\{(\w+)\}/g, '(?<$1>[^/]+?)')}$`);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem(400, 'Bad request', 'The path has a percent sign that encodes nothing.');
  }
}
