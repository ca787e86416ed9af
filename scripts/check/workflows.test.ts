import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { goTool } from './go-tool.ts';
import { pythonTool, ToolMissingError } from './python-tool.ts';
import { audit, lintScripts, lintWorkflows } from './workflows.ts';

const { signal } = new AbortController();
const source = 'example.org/tools/cmd/lint@v1.2.3';

describe('check: a checker written in Go', () => {
  if (process.platform === 'win32') return;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'check-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function command(name: string, script: string): Promise<string> {
    const bin = join(folder, `path-of-${name}`);
    await mkdir(bin);
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
    return bin;
  }

  it('is taken from the PATH, else built once a version', async () => {
    const cache = join(folder, 'cache');
    const onPath = await command('lint', '');
    const go = await command('go', 'mkdir -p "$GOBIN" && echo "$2" >> "$GOBIN/built" && cp "$0" "$GOBIN/lint"');
    const path = [go, '/usr/bin', '/bin'].join(delimiter);
    assert.equal(await goTool(source, signal, { path: onPath, cache }), join(onPath, 'lint'));
    const before = process.env.PATH;
    const built = await goTool(source, signal, { path, cache });
    assert.equal(await goTool(source, signal, { path: join(folder, 'no go here'), cache }), built);
    const newer = await goTool(source.replace('1.2.3', '1.2.4'), signal, { path, cache });
    assert.notEqual(newer, built);
    assert.equal(process.env.PATH, before);
  });

  it('without it and without a Go that builds it, says what to do', async () => {
    const broken = await command('go', 'echo "go: module not found" >&2; exit 1');
    const wrong = { [join(folder, 'nothing')]: /there is no Go/, [broken]: /could not be built: go: module not found/ };
    for (const [path, expected] of Object.entries(wrong)) {
      await assert.rejects(
        goTool(source, signal, { path, cache: join(folder, 'cache') }),
        (error: ToolMissingError) => {
          assert.ok(error instanceof ToolMissingError);
          assert.match(error.message, expected);
          return error.exitCode === 2 && /go\.dev/.test(error.remedy);
        },
      );
    }
  });
});

describe('check: workflows', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'check-'));
    file = join(folder, 'wrong.yml');
    const lines = [
      'on: push',
      'jobs:',
      '  a:',
      '    runs-on: ubuntu-24.04',
      '    steps:',
      '      - uses: actions/checkout@v4',
      '        wiht: {}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what GitHub would put in there is the fault
      '      - run: echo "${{ github.event.head_commit.message }}"',
    ];
    await writeFile(file, lines.join('\n'));
  });
  after(() => rm(folder, { recursive: true }));

  it('actionlint says what GitHub would refuse', async function () {
    this.timeout(60_000);
    // Building it takes a minute and a module proxy; `npm run check` does that, a test does not.
    const tool = await goTool('github.com/rhysd/actionlint/cmd/actionlint@v1.7.12', signal, {
      mayInstall: false,
    }).catch(() => undefined);
    if (!tool) return this.skip();
    const findings = await lintWorkflows(tool, [file], signal);
    assert.ok(findings.some(({ where, message }) => /wrong\.yml:7$/.test(where) && /"wiht"/.test(message)));
  });

  it('shellcheck says what bash would not, in workflows too', async function () {
    this.timeout(60_000);
    const tool = await pythonTool('shellcheck', signal, { mayInstall: false }).catch(() => undefined);
    if (!tool) return this.skip();
    const script = join(folder, 'wrong.sh');
    await writeFile(script, '#!/bin/bash\nrm $1\n');
    const [finding] = await lintScripts(tool, [script], signal);
    assert.deepEqual([finding?.rule, finding?.where.split(':').at(-1)], ['SC2086', '2']);
  });

  it('zizmor says what can be abused', async function () {
    this.timeout(60_000);
    const tool = await pythonTool('zizmor', signal, { mayInstall: false }).catch(() => undefined);
    if (!tool) return this.skip();
    const findings = await audit(tool, file, signal);
    const at = (rule: string) =>
      findings
        .find((finding) => finding.rule === rule)
        ?.where.split(':')
        .at(-1);
    assert.deepEqual([at('unpinned-uses'), at('template-injection')], ['6', '8']);
  });

  it('zizmor asks GitHub where it has a token, and nobody without one', async () => {
    const script = join(folder, 'zizmor');
    await writeFile(script, '#!/bin/sh\nprintf "%s\\n" "$@" > "$0.args"; echo "[]"\n', { mode: 0o755 });
    const { GH_TOKEN } = process.env;
    try {
      for (const [token, isOffline] of [
        ['', true],
        ['a token', false],
      ] as const) {
        process.env.GH_TOKEN = token;
        await audit(script, '.github', signal);
        assert.equal((await readFile(`${script}.args`, 'utf8')).includes('--offline\n'), isOffline);
      }
    } finally {
      if (GH_TOKEN === undefined) delete process.env.GH_TOKEN;
      else process.env.GH_TOKEN = GH_TOKEN;
    }
  });
});
