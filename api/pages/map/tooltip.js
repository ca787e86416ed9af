/**
 * What the mouse is over: its district is lit, its name stands beside the pointer. Touch screens have neither.
 *
 * @import { Map as MapLibreMap } from 'maplibre-gl'
 */
import { byId, element } from './element.js';

const tooltip = byId('tooltip', HTMLDivElement);

/** @param {MapLibreMap} map its source `districts` */
export function followPointer(map) {
  /** @type {string | number | undefined} */
  let lit;

  /** @param {string | number | undefined} id */
  function light(id) {
    if (id === lit) return;
    if (lit !== undefined) map.setFeatureState({ source: 'districts', id: lit }, { hover: false });
    if (id !== undefined) map.setFeatureState({ source: 'districts', id }, { hover: true });
    lit = id;
  }

  map.on('mousemove', 'districts', ({ features, point }) => {
    const district = features?.[0];
    if (!district) return;
    light(district.id);
    tooltip.hidden = false;
    tooltip.style.transform = `translate(${point.x}px, ${point.y}px)`;
    tooltip.replaceChildren(district.properties.name, element('span', {}, `GEOID ${district.properties.geoid}`));
  });
  map.on('mouseleave', 'districts', () => {
    light(undefined);
    tooltip.hidden = true;
  });
}
