/** Checks each record of a file as it passes, before anything depends on it. */
import type { LayerId } from '../../regions/layers.ts';
import { stateByFips } from '../../regions/states.ts';
import type { BoundaryFile, RegionIdentity } from '../catalogue/catalogue.ts';
import type { Feature } from '../formats/layer.ts';
import { ImportError } from './import-error.ts';

export const fetchAgain = 'Fetch the file again from the Census Bureau. What was in force stays in force.';

export class RecordCheck {
  readonly #name: string;
  readonly #file: BoundaryFile;
  readonly #seen = new Set<string>();

  constructor(name: string, file: BoundaryFile) {
    this.#name = name;
    this.#file = file;
  }

  /** @throws ImportError naming file, record and fault */
  check(feature: Feature, identity: RegionIdentity): void {
    const fault = this.#faultOf(feature, identity);
    this.#seen.add(identity.geoid);
    if (fault) {
      throw new ImportError(`${this.#name}, record ${feature.record}: "${identity.geoid}" ${fault}.`, fetchAgain);
    }
  }

  #faultOf({ geometry, bounds }: Feature, { geoid, stateFips, name }: RegionIdentity): string | undefined {
    const { layer, coverage } = this.#file;
    if (!geoidForms[layer].test(geoid)) return `is not the GEOID of a ${layer.replace('_', ' ')} region`;
    if (!stateByFips(stateFips)) return `is of the state ${stateFips}, which does not exist`;
    if (coverage !== 'us' && stateFips !== coverage) return `is not of the state ${coverage}`;
    if (this.#seen.has(geoid)) return 'occurs more than once';
    if (name === '') return 'has no name';
    if (!geometry || !bounds) return 'has no shape';
    const [west, south, east, north] = bounds;
    if (isAbroad(west) || isAbroad(east) || south < -15 || north > 72) {
      return `lies outside of the United States (${west}, ${south} to ${east}, ${north})`;
    }
    return undefined;
  }
}

/** The form of each layer's codes; those of 2008 and 2009 hold the Congress between state and district. */
const geoidForms: Readonly<Record<LayerId, RegExp>> = {
  state: /^\d\d$/,
  county: /^\d{5}$/,
  congressional: /^\d\d(1\d\d)?\d\d$/,
  state_upper: /^\d\d[0-9A-Z]{1,3}$/,
  state_lower: /^\d\d[0-9A-Z]{1,3}$/,
};

/** From the Virgin Islands (64.5 west) to Guam (144.6 east) nothing is American; Alaska's boxes span the whole world. */
function isAbroad(longitude: number): boolean {
  return longitude > -64 && longitude < 144;
}
