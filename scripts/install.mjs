/**
 * Runs before every verb (`prestart`, `pretest`, …) on whatever Node the machine has, from 20 on: installs what is
 * missing and makes sure that the verb itself runs on Node 24, which comes as a locked package. It has to be done in
 * the hook, because npm looks up `node` for the verb afterwards. Plain JavaScript: nothing else can run yet.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.installed');

/** Changes with what is to be installed, and with the machine it was installed for. */
function wanted() {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) hash.update(readFileSync(join(root, file)));
  return `${hash.digest('hex')} ${process.platform} ${process.arch}\n`;
}

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted();
}

async function install() {
  const fresh = !existsSync(join(root, 'node_modules'));
  const what = `${fresh ? 'First start' : 'Dependencies changed'}: installing packages and Node ${neededMajor} (about 500 MB)`;
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm?.endsWith('.js') || npm?.endsWith('.cjs') ? [process.execPath, npm] : ['npm'];
  const options = [
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  // npm's own patience with a registry that does not answer is minutes. Without a network, what it kept may still do.
  const patience = (await registryIsNamed())
    ? ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=3000']
    : ['--offline'];
  const child = spawn(command, [...first, 'ci', ...options, ...patience], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32' && command === 'npm',
  });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const stopCounting = countSeconds(what);
  const result = await new Promise((resolve) => {
    child.once('error', (error) => resolve({ error, stderr }));
    child.once('close', (status, signal) => resolve({ status, signal, stderr }));
  });
  stopCounting();
  if (result.status !== 0) explain(result);
  writeFileSync(stamp, wanted());
}

/** Whether the registry's name resolves; behind a proxy, that is the proxy's to know. npm hands its settings to hooks. */
async function registryIsNamed() {
  const settings = Object.entries(process.env).map(([name, value]) => [name.toLowerCase(), value]);
  const { npm_config_registry: registry, ...others } = Object.fromEntries(settings.filter(([, value]) => value));
  if (['http_proxy', 'https_proxy', 'npm_config_proxy', 'npm_config_https_proxy'].some((name) => name in others))
    return true;
  const { hostname } = new URL(registry ?? 'https://registry.npmjs.org/');
  return lookup(hostname.replace(/^\[|\]$/g, '')).then(
    () => true,
    () => false,
  );
}

/** A line that counts on a terminal, and stands still in a log. */
function countSeconds(what) {
  const { stderr } = process;
  if (!stderr.isTTY) {
    stderr.write(`${what} …\n`);
    return () => {};
  }
  const started = Date.now();
  const draw = () => stderr.write(`\r${what}, ${Math.round((Date.now() - started) / 1000)} s … `);
  draw();
  const timer = setInterval(draw, 1000);
  return () => {
    clearInterval(timer);
    stderr.write('\n');
  };
}

function explain({ error, signal, stderr = '' }) {
  if (signal === 'SIGINT' || signal === 'SIGTERM') process.exit(130);
  if (error) fail(`npm could not be started (${error.message}).`, 'Install npm 10 or newer and try again.');
  if (
    /ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network/i.test(stderr)
  ) {
    fail(
      'The packages cannot be downloaded: the npm registry does not answer.',
      'Connect to the internet (or set the proxy with npm config set proxy …) and try again. Later starts need no network.',
    );
  }
  if (/ENOSPC/.test(stderr)) fail('The disk is full.', 'About 1 GB of free space is needed; free some and try again.');
  if (/EACCES|EPERM|EROFS/.test(stderr))
    fail(
      `The folder ${root} cannot be written.`,
      'Give this user the right to write there, or clone into another folder.',
    );
  fail(
    `npm ci failed:\n${stderr.trim()}`,
    'If package.json and package-lock.json disagree, run npm install once; otherwise delete node_modules and try again.',
  );
}

function checkNode() {
  const own = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  const node = existsSync(own) ? own : 'node';
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' });
  const major = Number(/^v(\d+)\./.exec(stdout ?? '')?.[1]);
  if (!(major >= neededMajor)) {
    fail(
      `Node ${neededMajor} or newer is needed; there is no package of it for ${process.platform} on ${process.arch}, and this machine has ${process.version}.`,
      'Install it from https://nodejs.org and try again.',
    );
  }
}

function fail(message, remedy) {
  console.error(`✗ ${message}\n  ${remedy}`);
  process.exit(1);
}

const [haveMajor] = process.versions.node.split('.').map(Number);
if (haveMajor < 20)
  fail(
    `This is Node ${process.version}; at least Node 20 is needed to install Node ${neededMajor}.`,
    'Install it from https://nodejs.org and try again.',
  );
if (!isInstalled()) {
  await install();
  checkNode();
}
