/** Everything about endorsements: what the site calls, what reviewers call, and what the person's own link does. */
import type { Route } from '../http/route.ts';
import { type ExportServices, exportRoutes } from './export/routes.ts';
import { ownRoutes } from './own-routes.ts';
import { type EndorsementServices, publicRoutes } from './public-routes.ts';
import { reviewRoutes } from './review-routes.ts';

export function endorsementRoutes(services: EndorsementServices & ExportServices): readonly Route[] {
  return [...publicRoutes(services), ...ownRoutes(services), ...reviewRoutes(services), ...exportRoutes(services)];
}
