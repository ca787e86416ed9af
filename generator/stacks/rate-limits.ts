/** Who has asked how often. Losing it costs nobody anything but a window's patience. */
import { getAtt, ref } from '../cloudformation/expression.ts';
import { defineStack } from '../cloudformation/stack.ts';
import { rateLimitsTable } from '../resources/rate-limits-table.ts';

export const rateLimits = defineStack({
  name: 'rate-limits',
  scope: 'tier',
  description: 'Coalition Builder: the rate-limit table of a tier',
  build(template, { tier }) {
    const table = rateLimitsTable(template, tier);
    return { tableName: ref(table), tableArn: getAtt(table, 'Arn') };
  },
});
