/**
 * What the mouse is over: its district is lit, its name stands beside the pointer. Touch screens have neither.
 *
 * @import { Map as MapLibreMap } from 'maplibre-gl'
 */
import { byId, element } from '../look/element.js';

/** Pixels from the pointer. */
const distance = 16;

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
    tooltip.replaceChildren(district.properties.name, element('span', {}, `GEOID ${district.properties.geoid}`));
    tooltip.hidden = false;
    const { clientWidth, clientHeight } = map.getContainer();
    const left = Math.min(point.x + distance, clientWidth - tooltip.offsetWidth);
    const top = Math.min(point.y + distance, clientHeight - tooltip.offsetHeight);
    tooltip.style.transform = `translate(${left}px, ${top}px)`;
  });
  map.on('mouseleave', 'districts', leave);
  // The map moves under a pointer that rests, when it is steered by keyboard.
  map.on('movestart', leave);

  function leave() {
    light(undefined);
    tooltip.hidden = true;
  }
}
