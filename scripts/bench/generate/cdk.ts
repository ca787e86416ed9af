/**
 * The peer of `npm run generate`: an AWS CDK app that yields the same resources, installed for the benchmark only.
 *
 * It is given our resources finished, and only has to carry them through its constructs: an app that would have to work
 * them out, as ours does, could not be faster.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readTemplate, type TemplateDocument } from '../../../generator/cloudformation/read-yaml.ts';

const packages = { 'aws-cdk-lib': '2.276.0', constructs: '10.8.1' };

const app = `
import { readFileSync } from 'node:fs';
import { App, BootstraplessSynthesizer, CfnResource, Stack } from 'aws-cdk-lib';
const app = new App({ outdir: process.argv[2], analyticsReporting: false });
for (const [name, template] of JSON.parse(readFileSync('templates.json', 'utf8'))) {
  const stack = new Stack(app, name, { synthesizer: new BootstraplessSynthesizer() });
  for (const [id, { Type: type, Properties: properties, ...rest }] of Object.entries(template.Resources)) {
    const resource = new CfnResource(stack, id, { type, properties });
    resource.overrideLogicalId(id);
    for (const [key, value] of Object.entries(rest)) resource.addOverride(key, value);
  }
}
app.synth();
`;

/** Installs and writes the app; @returns the arguments with which node runs it, in `cwd` */
export function cdkApp(templates: ReadonlyMap<string, string>, folder: string): { cwd: string; args: string[] } {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'node_modules', 'aws-cdk-lib'))) {
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ private: true, type: 'module', dependencies: packages }),
    );
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    const { status, stderr } = spawnSync('npm', install, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`AWS CDK could not be installed: ${stderr}`);
  }
  const documents = [...templates].map(([path, body]) => [nameOf(path), readTemplate(body)]);
  writeFileSync(join(folder, 'templates.json'), JSON.stringify(documents));
  writeFileSync(join(folder, 'app.mjs'), app);
  return { cwd: folder, args: ['app.mjs', join(folder, 'out')] };
}

/** @throws unless what the app wrote has our resources, to the last property */
export function compareWithCdk(templates: ReadonlyMap<string, string>, folder: string): number {
  const written = globSync('out/*.template.json', { cwd: folder });
  let resources = 0;
  for (const [path, body] of templates) {
    const ours = JSON.parse(JSON.stringify(readTemplate(body))) as TemplateDocument;
    const file = written.find((each) => each.endsWith(`${nameOf(path)}.template.json`));
    const theirs = file && JSON.parse(readFileSync(join(folder, file), 'utf8'));
    if (!isDeepStrictEqual(theirs?.Resources, ours.Resources)) throw new Error(`AWS CDK writes another ${path}.`);
    resources += Object.keys(ours.Resources).length;
  }
  return resources;
}

function nameOf(path: string): string {
  return path.replace('.yaml', '').replaceAll('/', '-');
}
