import { compileExpression, createCelEnvironment, createConverter, createTimeLimit, summaryOf } from '@serval/kube/cel';
import type { Json, JsonObject } from '@serval/kube/objects';
import type { AdmissionAttributes } from '../registry/deps.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { MatchCondition, Webhook } from './configuration.ts';
import { reviewOf, WebhookFailure } from './review.ts';

/** For all conditions of one webhook. */
const limitMs = 500;

type Evaluate = (variables: Record<string, unknown>) => unknown;

/** A call of anything but `has`: only calls loop, and so may need to be stopped, which costs more than most conditions. */
const callsAnything = /\b(?!has\b)\w+\s*\(/;

/**
 * Whether all conditions of a webhook hold. One that is false decides, whatever becomes of the others; else one that cannot be
 * evaluated throws `WebhookFailure`.
 */
export type CheckConditions = (webhook: Webhook, attributes: AdmissionAttributes, as: ServedResource) => boolean;

export function createCheckConditions(): CheckConditions {
  let environment: ReturnType<typeof createCelEnvironment> | undefined;
  const runLimited = createTimeLimit();
  const compiled = new WeakMap<MatchCondition, Evaluate>();

  function evaluatorOf(condition: MatchCondition): Evaluate {
    let evaluate = compiled.get(condition);
    if (!evaluate) {
      environment ??= createCelEnvironment(['object', 'oldObject', 'request']);
      const result = compileExpression(environment, condition.expression, ['bool']);
      evaluate =
        'expression' in result
          ? result.expression
          : () => {
              throw new Error('error' in result ? result.error : `${result.unsupported} is not supported here`);
            };
      compiled.set(condition, evaluate);
    }
    return evaluate;
  }

  return (webhook, attributes, as) => {
    const conditions = webhook.matchConditions ?? [];
    if (conditions.length === 0) return true;
    const convert = createConverter();
    const cel = (value: unknown) => convert(undefined, value as Json, false);
    // Only what is spoken of: every write of a kind comes by here, and objects can be large.
    const isNamed = (name: string) => conditions.some(({ expression }) => expression.includes(name));
    const request = () => ({
      ...(reviewOf('', attributes, as)['request'] as JsonObject),
      object: null,
      oldObject: null,
    });
    const variables = {
      object: isNamed('object') ? cel(attributes.object) : null,
      oldObject: isNamed('oldObject') ? cel(attributes.oldObject) : null,
      request: isNamed('request') ? cel(request()) : null,
    };
    const failures: string[] = [];
    for (const condition of conditions) {
      try {
        const evaluate = () => evaluatorOf(condition)(variables);
        const isMet = callsAnything.test(condition.expression) ? runLimited(evaluate, limitMs) : evaluate();
        if (isMet !== true) return false;
      } catch (error) {
        failures.push(`expression '${condition.expression}' resulted in error: ${summaryOf(error)}`);
      }
    }
    if (failures.length > 0) {
      throw new WebhookFailure(`match conditions of webhook "${webhook.name}": ${failures.join('; ')}`);
    }
    return true;
  };
}
