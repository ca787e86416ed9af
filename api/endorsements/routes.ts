/** Everything about endorsements: what the site calls, what reviewers call. */
import type { Route } from '../http/route.ts';
import { type EndorsementServices, publicRoutes } from './public-routes.ts';
import { reviewRoutes } from './review-routes.ts';

export function endorsementRoutes(services: EndorsementServices): readonly Route[] {
  return [...publicRoutes(services), ...reviewRoutes(services)];
}
