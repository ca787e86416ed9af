/** Drawings follow the templates: what changes there changes here, and what is gone is gone. */
import assert from 'node:assert/strict';
import { platformOf } from '../platform/platform.ts';
import { committed, mutated, set } from '../testing/committed.ts';
import { drawn } from './documents.ts';
import { picture } from './picture.ts';

const platform = platformOf(committed);
const readme = '# A\n\n<!-- npm run diagram: begin -->\nold\n<!-- npm run diagram: end -->\n\nrest\n';

describe('diagram: the picture', () => {
  it('says what the templates say', () => {
    const svg = picture(platform, 'production');
    for (const text of [
      'RDS db.t3.small, 20 to 100 GB',
      'Lambda, 1024 MB',
      '50 requests/s, bursts of 100',
      'VPC 10.30.0.0/16',
      'S3, DynamoDB: a gateway endpoint',
      'out over IPv6 only',
      '$0 fixed',
    ]) {
      assert.ok(svg.includes(text), text);
    }
    assert.ok(picture(platform, 'staging').includes('RDS db.t3.micro'));
  });

  it('changes with them', () => {
    const larger = mutated('tiers/production/database.yaml', (template) =>
      set(template, 'Database', { DBInstanceClass: 'db.m5.large' }),
    );
    assert.ok(picture(platformOf(larger), 'production').includes('RDS db.m5.large'));
    const translated = mutated('tiers/production/network.yaml', ({ Resources }) => {
      Resources.Nat = { Type: 'AWS::EC2::NatGateway', Properties: { SubnetId: { Ref: 'PublicSubnet1' } } };
      Resources.NatRoute = {
        Type: 'AWS::EC2::Route',
        Properties: {
          RouteTableId: { Ref: 'AppRouteTable' },
          DestinationCidrBlock: '0.0.0.0/0',
          NatGatewayId: { Ref: 'Nat' },
        },
      };
    });
    const svg = picture(platformOf(translated), 'production');
    assert.ok(svg.includes('a NAT gateway') && svg.includes('out over IPv4 and IPv6'));
    assert.ok(!svg.includes('$0 fixed'));
  });

  it('is well-formed: every element is closed, and no text is left unescaped', () => {
    const svg = picture(platform, 'production');
    const opened = [...svg.matchAll(/<(\w+)[^>]*?(\/?)>/g)].filter(([, , closed]) => !closed).length;
    assert.equal(opened, [...svg.matchAll(/<\/\w+>/g)].length);
    assert.doesNotMatch(svg, /&(?!(amp|lt|gt|quot);)|undefined|NaN/);
  });
});

describe('diagram: Mermaid', () => {
  const files = drawn(platform, readme);

  it('of the stacks stands in the README, between its marks', () => {
    const text = files.get('README.md') ?? '';
    assert.match(text, /^# A\n/);
    assert.match(text, /begin -->\n\n```mermaid\nflowchart LR\n/);
    assert.match(text, /tier_network --> environment_api\n/);
    assert.match(text, /```\n\n<!-- npm run diagram: end -->\n\nrest\n$/);
    assert.doesNotMatch(text, /old/);
  });

  it('of each stack names its resources, and looks through the wiring', () => {
    const text = files.get('generator/diagram/stacks.md') ?? '';
    for (const name of ['network', 'database', 'api', 'monitoring', 'bootstrap'])
      assert.match(text, new RegExp(`^## ${name}$`, 'm'));
    assert.match(text, /KeepWarmRule --> LiveAlias/);
    assert.match(text, /Database\[\("Database<br\/>/);
    assert.doesNotMatch(text, /GatewayPermission|SubnetRouteTableAssociation/);
  });

  it('is drawn to Mermaid’s grammar: every line is a node, an arrow, or a group', () => {
    for (const text of files.values()) {
      for (const [, block = ''] of text.matchAll(/```mermaid\n(.*?)\n```/gs)) {
        for (const line of block.split('\n').slice(1)) {
          assert.match(
            line,
            /^\s+(\w+ --> \w+|\w+(\[\[|\[\(|\(\[|\{\{|\[|>)".*"(\]\]|\)\]|\]\)|\}\}|\])|subgraph \w+\[".*"\]|end)$/,
          );
        }
      }
    }
  });

  it('wants its marks', () => {
    assert.throws(() => drawn(platform, '# A\n'), /README\.md does not say where its diagram begins/);
  });
});
