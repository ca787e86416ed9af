/**
 * Loaded before a verb (`node --import`): Node keeps the compiled form of every module, stripped types included, in the
 * system's temporary folder. The second run of a verb starts in half the time. It has to come before the first import,
 * so no verb can do it for itself.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
