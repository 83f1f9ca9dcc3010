import type { Pipeline, Promotion } from '@serval/api';
import { redactUri } from '@serval/storage';
import { compareTimes } from './new-promotion.ts';
import { outcomeOf, whyOf } from './outcome.ts';

/** What a program is told of a Promotion: all but the service that it keeps. */
export function promotionJson(promotion: Promotion) {
  const { metadata, spec, status = {} } = promotion;
  const storageUri = status.content?.storageUri;
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    ...spec,
    outcome: outcomeOf(promotion),
    reason: whyOf(promotion),
    digest: status.digest ?? spec.digest,
    content: status.content && { ...status.content, ...(storageUri ? { storageUri: redactUri(storageUri) } : {}) },
    approvedBy: status.approvedBy,
    approvedAt: status.approvedAt,
    previousDigest: status.previous?.digest,
    rolledBack: status.rolledBack,
    createdAt: metadata.creationTimestamp,
    completedAt: status.completedAt,
    conditions: status.conditions ?? [],
  };
}

export const historyColumns = {
  name: 'PROMOTION',
  service: 'SERVICE',
  from: 'FROM',
  to: 'TO',
  digest: 'DIGEST',
  model: 'MODEL',
  outcome: 'OUTCOME',
  by: 'APPROVED BY',
  at: 'ENDED',
};

export interface HistoryFilter {
  service: string | undefined;
  stage: string | undefined;
}

/** Promotions of a pipeline, the latest first. */
export function historyOf(
  { metadata }: Pipeline,
  promotions: readonly Promotion[],
  filter: HistoryFilter,
): Promotion[] {
  return promotions
    .filter(({ spec }) => spec.pipeline === metadata.name)
    .filter(({ spec }) => filter.service === undefined || spec.service === filter.service)
    .filter(({ spec }) => filter.stage === undefined || spec.to === filter.stage)
    .sort((a, b) => compareTimes(b, a));
}

export function historyRow(promotion: Promotion) {
  const { metadata, spec, status = {} } = promotion;
  return {
    name: metadata.name ?? '',
    service: spec.service,
    from: spec.from ?? (spec.digest === undefined ? '' : 'history'),
    to: spec.to,
    digest: shortDigest(status.digest ?? spec.digest),
    model: shortDigest(status.content?.modelRevision),
    outcome: outcomeOf(promotion) as string,
    by: status.approvedBy ?? '',
    at: status.completedAt ?? '',
  };
}

/** Enough to tell versions apart by eye; JSON has all of it. */
function shortDigest(digest: string | undefined): string {
  return digest?.replace(/^sha256:/, '').slice(0, 12) ?? '';
}

/** What somebody decides on, for people. */
export function decisionLines(promotion: Promotion): string[] {
  const { metadata, spec, status = {} } = promotion;
  const { images = [], storageUri, modelRevision } = status.content ?? {};
  const source = spec.from === undefined ? 'from its history' : `from ${spec.from}`;
  return [
    `Promotion ${metadata.namespace}/${metadata.name}: ${spec.service} ${source} to ${spec.to} of pipeline ${spec.pipeline}`,
    `  digest  ${status.digest ?? 'not known yet'}`,
    ...(storageUri ? [`  model   ${redactUri(storageUri)}`] : []),
    ...(modelRevision ? [`  content ${modelRevision}`] : []),
    ...images.map(({ container, image }) => `  image   ${container}: ${image ?? 'not known'}`),
    `  state   ${outcomeOf(promotion)}${whyOf(promotion) ? ` (${whyOf(promotion)})` : ''}`,
  ];
}
