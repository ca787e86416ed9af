/** Whoever is to call a function is let to, on the very alias that it calls; otherwise it is a 500, or silence. */
import { ofType, type Place, type Platform, target } from '../../platform/platform.ts';
import { at, type Claim, claim } from '../proof.ts';

interface Invocation {
  readonly from: Place;
  readonly called: Place;
  readonly principal: string;
}

export function invokerClaims(platform: Platform): readonly Claim[] {
  const invocations = [...methods(platform), ...rules(platform)];
  const owners = [...new Set(invocations.map(({ from }) => from.stack.owner))];
  return owners.map((owner) => {
    const own = invocations.filter(({ from }) => from.stack.owner === owner);
    return claim(
      owner,
      `what calls a function of ${owner} has leave to, on the alias that it calls`,
      own.map(({ from, called }) => `${from.id} → ${called.id}`).join(', '),
      own.map(
        ({ from, called, principal }) =>
          !isLet(platform, called, principal, from) &&
          at(from, `calls ${called.id}, and no permission on it lets ${principal} do so`),
      ),
      own.map(
        ({ from, called }) =>
          called.type === 'AWS::Lambda::Function' &&
          hasAlias(platform, called) &&
          at(from, `calls ${called.id} itself, and not its alias: other code than is released`),
      ),
    );
  });
}

function methods(platform: Platform): readonly Invocation[] {
  return ofType(platform, 'AWS::ApiGateway::Method').flatMap((from) => {
    const { Uri } = (from.properties.Integration ?? {}) as { readonly Uri?: unknown };
    const called = callable(platform, from, Uri);
    return called ? [{ from, called, principal: 'apigateway.amazonaws.com' }] : [];
  });
}

function rules(platform: Platform): readonly Invocation[] {
  return ofType(platform, 'AWS::Events::Rule').flatMap((from) =>
    ((from.properties.Targets ?? []) as readonly { readonly Arn: unknown }[]).flatMap(({ Arn }) => {
      const called = callable(platform, from, Arn);
      return called ? [{ from, called, principal: 'events.amazonaws.com' }] : [];
    }),
  );
}

function callable(platform: Platform, { stack }: Place, value: unknown): Place | undefined {
  return target(platform, stack, value, 'AWS::Lambda::Alias', 'AWS::Lambda::Function');
}

function isLet(platform: Platform, called: Place, principal: string, from: Place): boolean {
  return ofType(platform, 'AWS::Lambda::Permission').some(({ stack, properties }) => {
    const { FunctionName, Principal, SourceArn, Action } = properties;
    const on = target(platform, stack, FunctionName, 'AWS::Lambda::Alias', 'AWS::Lambda::Function');
    if (on !== called || Principal !== principal || Action !== 'lambda:InvokeFunction') return false;
    const source = target(platform, stack, SourceArn, 'AWS::Events::Rule', 'AWS::ApiGateway::RestApi');
    const api = target(platform, from.stack, from.properties.RestApiId, 'AWS::ApiGateway::RestApi');
    return source !== undefined && (source === from || source === api);
  });
}

function hasAlias(platform: Platform, called: Place): boolean {
  return ofType(platform, 'AWS::Lambda::Alias').some(
    ({ stack, properties }) => target(platform, stack, properties.FunctionName, 'AWS::Lambda::Function') === called,
  );
}
