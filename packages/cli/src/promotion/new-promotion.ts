import { type Pipeline, type Promotion, reviewStageName } from '@serval/api';
import { CliError } from '../command/cli-error.ts';
import { outcomeOf } from './outcome.ts';

export interface Wish {
  service: string;
  to: string;
  from: string | undefined;
  digest: string | undefined;
  rollback: boolean;
}

/**
 * The Promotion that a person asks for.
 *
 * @param promotions  of the pipeline's namespace
 * @throws CliError BadUsage where it cannot be meant: no such stage, several to come from, nothing to go back to
 */
export function newPromotion(pipeline: Pipeline, promotions: readonly Promotion[], wish: Wish): Promotion {
  const { service, to, from, digest, rollback } = wish;
  const { namespace = '', name = '' } = pipeline.metadata;
  if ([from, digest, rollback || undefined].filter((given) => given !== undefined).length > 1) {
    throw new CliError('BadUsage', '--from, --digest and --rollback each say what is promoted: give one of them');
  }
  const stages = pipeline.spec.stages.map((stage) => stage.name);
  const isReview = to === reviewStageName && pipeline.spec.review !== undefined;
  for (const stage of [...(isReview ? [] : [to]), ...(from === undefined ? [] : [from])]) {
    if (stages.includes(stage)) continue;
    throw new CliError('BadUsage', `pipeline ${namespace}/${name} has no stage ${stage}`, {
      hint: `its stages are ${stages.join(', ')}`,
    });
  }
  const back = rollback ? formerDigest(promotions, pipeline, service, to) : digest;
  const source = back === undefined ? { from: from ?? onlySource(pipeline, to) } : { digest: back };
  return {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Promotion',
    // The whole name has 63 characters at most where it becomes a label.
    metadata: { namespace, generateName: `${service.slice(0, 30)}-${to.slice(0, 20)}-` },
    spec: { pipeline: name, service, to, ...source },
  };
}

function onlySource({ metadata, spec }: Pipeline, to: string): string {
  const at = spec.stages.findIndex(({ name }) => name === to);
  const before = spec.stages[at - 1]?.name;
  // Into an environment for review, services may come from any stage.
  const sources =
    at < 0
      ? spec.stages.map(({ name }) => name)
      : (spec.stages[at]?.promotion?.from ?? (before === undefined ? [] : [before]));
  const [source] = sources;
  if (source !== undefined && sources.length === 1) return source;
  const where = `stage ${to} of pipeline ${metadata.namespace}/${metadata.name}`;
  throw new CliError(
    'BadUsage',
    sources.length === 0 ? `${where} is the first: nothing is promoted into it` : `say with --from where it comes from`,
    sources.length === 0 ? {} : { hint: `${where} takes what comes from ${sources.join(', ')}` },
  );
}

/** What the stage had before the last Promotion that is in force there. */
function formerDigest(promotions: readonly Promotion[], { metadata }: Pipeline, service: string, to: string): string {
  const own = promotions
    .filter(({ spec }) => spec.pipeline === metadata.name && spec.service === service && spec.to === to)
    .filter((promotion) => outcomeOf(promotion) === 'Healthy')
    .sort((a, b) => compareTimes(b, a));
  const [present] = own;
  const former = present?.status?.previous?.digest;
  if (former !== undefined) return former;
  throw new CliError('BadUsage', `there is nothing to take ${service} in stage ${to} back to`, {
    hint: present
      ? `Promotion ${present.metadata.name} was the first that brought it`
      : `no Promotion has brought it; "serval pipeline history ${metadata.name} -n ${metadata.namespace}" shows all`,
  });
}

export function compareTimes(a: Promotion, b: Promotion): number {
  const [one, other] = [a, b].map(
    ({ metadata, status }) =>
      `${status?.completedAt ?? '~'} ${metadata.creationTimestamp ?? ''} ${metadata.name ?? ''}`,
  );
  return (one ?? '') < (other ?? '') ? -1 : 1;
}
