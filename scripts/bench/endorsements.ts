/** `npm run bench -- endorsements`: what stands between a visitor and their endorsement, and what staff take out again. */
import { cleanUp } from '../testing/database.ts';
import { benchExport } from './endorsements/export.ts';
import { benchLimiter } from './endorsements/limiter.ts';
import { benchSubmit } from './endorsements/submit.ts';

await benchLimiter();
await benchSubmit();
await benchExport();
await cleanUp();
process.exit();
