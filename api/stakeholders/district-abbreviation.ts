import { stateByFips } from '../regions/states.ts';

export type LegislativeLayer = 'congressional' | 'state_upper' | 'state_lower';

const chamber: Readonly<Record<LegislativeLayer, string>> = {
  congressional: '',
  state_upper: 'SD-',
  state_lower: 'HD-',
};

/** @returns such as `MD-01`, `MN-SD-65` or `MN-HD-65B`, from a GEOID: two digits of the state, then the district */
export function districtAbbreviation(layer: LegislativeLayer, geoid: string): string {
  const state = stateByFips(geoid.slice(0, 2))?.postal;
  const code = geoid.slice(2);
  const district = layer === 'congressional' ? code : code.replace(/^0+(?=.)/, '');
  return `${state ? `${state}-` : ''}${chamber[layer]}${district}`;
}
