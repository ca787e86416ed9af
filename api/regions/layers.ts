/** The kinds of region, in the order in which answers list them: from the widest to the nearest. */
export interface Layer {
  readonly id: LayerId;
  /** One of them: "Congressional district". */
  readonly singular: string;
  readonly plural: string;
}

export type LayerId = 'state' | 'county' | 'congressional' | 'state_upper' | 'state_lower';

export const layers: readonly Layer[] = [
  { id: 'state', singular: 'State', plural: 'States' },
  { id: 'county', singular: 'County', plural: 'Counties' },
  { id: 'congressional', singular: 'Congressional district', plural: 'Congressional districts' },
  { id: 'state_upper', singular: 'State upper chamber district', plural: 'State upper chamber districts' },
  { id: 'state_lower', singular: 'State lower chamber district', plural: 'State lower chamber districts' },
];

export const layerIds: readonly LayerId[] = layers.map(({ id }) => id);

/** How a resolution is called in public: the scale of a cartographic file, null where nothing was generalised. */
export const scaleOf: Readonly<Record<Resolution, string | null>> = {
  full: null,
  '500k': '1:500,000',
  '5m': '1:5,000,000',
  '20m': '1:20,000,000',
};

export type Resolution = 'full' | '500k' | '5m' | '20m';
