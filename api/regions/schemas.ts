/** What the answers of regions hold, for the API's description. */
import * as z from 'zod/mini';
import { named } from '../openapi/named.ts';
import { type LayerId, layerIds } from './layers.ts';

export const layer = z.enum([...layerIds] as [LayerId, ...LayerId[]]);

const source = named('BoundarySource', () =>
  z.object({
    name: z.string(),
    /** `us`, or the FIPS code of a state. */
    coverage: z.string(),
    coverage_name: z.string(),
    vintage: z.int(),
    session: z.nullable(z.string()),
    resolution: z.nullable(z.string()),
    count: z.int(),
  }),
);

export const loadedLayersSchema = named('LoadedLayers', () =>
  z.object({
    layers: z.array(
      z.object({
        layer,
        label: z.string(),
        count: z.int(),
        sources: z.array(source()),
        kept: z.array(source()),
      }),
    ),
    source: z.string(),
  }),
);

/** RFC 7946, 3.1.6 and 3.1.7; null where nothing is left of an outline at this scale. */
const outline = named('RegionOutline', () =>
  z.nullable(
    z.object({
      type: z.enum(['Polygon', 'MultiPolygon']),
      /** Rings, or polygons of rings, of `[longitude, latitude]` in degrees. */
      coordinates: z.array(z.array(z.array(z.union([z.number(), z.array(z.number())])))),
    }),
  ),
);

const inCollection = named('RegionOfCollection', () =>
  z.object({
    type: z.literal('Feature'),
    id: z.int(),
    properties: z.object({ geoid: z.string(), name: z.string(), vintage: z.int() }),
    geometry: outline(),
  }),
);

export const collectionSchema = named('RegionCollection', () =>
  z.object({ type: z.literal('FeatureCollection'), features: z.array(inCollection()) }),
);

export const regionSchema = named('Region', () =>
  z.object({
    type: z.literal('Feature'),
    id: z.int(),
    /** West, south, east, north. */
    bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    properties: z.object({
      geoid: z.string(),
      name: z.string(),
      vintage: z.int(),
      layer,
      state: z.string(),
      source: z.string(),
      session: z.nullable(z.string()),
      /** Whether look-ups answer from it. */
      in_force: z.boolean(),
    }),
    geometry: outline(),
  }),
);
