/** The workloads that are priced unless another one is given. */

import { readWorkload } from './workload.ts';
import expectedFile from './workloads/expected.json' with { type: 'json' };
import seedFile from './workloads/seed.json' with { type: 'json' };

/** What the platform is expected to do in a month. */
export const expectedWorkload = readWorkload(expectedFile, 'generator/cost/workloads/expected.json');

/** What the table of the founding document implies. */
export const seedWorkload = readWorkload(seedFile, 'generator/cost/workloads/seed.json');
