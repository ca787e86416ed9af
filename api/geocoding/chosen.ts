/** The geocoder that the settings name. */
import { fetchOutside } from '../http/fetch-outside.ts';
import type { Settings } from '../settings.ts';
import { type Trace, untraced } from '../telemetry/trace.ts';
import { amazonLocation } from './amazon-location.ts';
import { censusGeocoder } from './census.ts';
import type { Geocoder } from './geocoder.ts';

/** @returns undefined where the environment has none */
export function chosenGeocoder(
  { GEOCODER, OUTBOUND_FUNCTION }: Pick<Settings, 'GEOCODER' | 'OUTBOUND_FUNCTION'>,
  trace: Trace = untraced,
): Geocoder | undefined {
  switch (GEOCODER) {
    case 'census':
      return censusGeocoder({ fetch: fetchOutside(OUTBOUND_FUNCTION, undefined, trace), trace });
    case 'amazon-location':
      return amazonLocation(undefined, trace);
    default:
      return undefined;
  }
}
