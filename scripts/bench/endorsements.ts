/** `npm run bench -- endorsements`: what stands between a visitor and their endorsement, and what staff take out again. */
import { benchLimiter } from './endorsements/limiter.ts';

await benchLimiter();
