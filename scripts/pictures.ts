/** `npm run pictures`: takes the README's picture of the map's numbers anew, from the platform as `npm start` begins. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { green } from './terminal/style.ts';

const link = '/#map=5.2/46.3/-92.6&layer=congressional&campaign=clean-water-for-every-county';

const command = defineCommand({
  name: 'pictures',
  summary: 'start the platform, open its map in Chromium, and take the README’s picture of endorsements by district',
  flags: { to: { type: 'string', value: 'file', description: 'where it goes', default: 'api/pages/numbers.png' } },
  examples: ['npm run pictures', 'npm run pictures -- --to /tmp/numbers.png'],
  async run({ flags }) {
    const { findChromium, launchChromium, startPlatform } = await import('./testing/browser.ts');
    if (!findChromium())
      throw new UsageError('This takes Chromium.', 'Install one, or name it with CHROMIUM_PATH=/path/to/chromium.');
    process.stderr.write('Starting the platform: a database, boundaries, people who endorsed…\n');
    const platform = await startPlatform();
    try {
      const browser = await launchChromium();
      try {
        const page = await browser.newPage({ viewport: { width: 1000, height: 640 }, reducedMotion: 'reduce' });
        await page.goto(platform.url + link);
        await page.locator('#counted-status', { hasText: ' in all' }).waitFor();
        await page.locator('#map-status', { hasText: /^$/ }).waitFor({ state: 'attached' });
        // Names find their places, and the states' borders come last.
        await page.waitForTimeout(3_000);
        await page.screenshot({ path: flags.to });
      } finally {
        await browser.close();
      }
    } finally {
      await platform.stop();
    }
    process.stdout.write(`${green('✓')} ${flags.to}\n`);
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
