import type { Promotion, PromotionStatus } from '@serval/api';
import { findCondition } from '@serval/kube/objects';
import { promotionConditionTypes } from './conditions.ts';

export interface Transition {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** What people are told of a status that is new: conditions that have become True or False, steps of the canary, and a rollback. */
export function transitions({ spec, status: before }: Promotion, status: PromotionStatus): Transition[] {
  const what = `${spec.service} to ${spec.to}`;
  const told = promotionConditionTypes.flatMap((type): Transition[] => {
    const now = findCondition(status.conditions, type);
    const was = findCondition(before?.conditions, type);
    if (!now || now.status === 'Unknown' || (now.status === was?.status && now.reason === was.reason)) return [];
    const message = [`${what}: ${type}`, now.message].filter(Boolean).join(': ');
    if (now.status === 'True') return [{ type: 'Normal', reason: now.reason ?? type, message }];
    return [{ type: 'Warning', reason: now.reason ?? `Not${type}`, message: message.replace(type, `not ${type}`) }];
  });
  const { trafficPercent } = status.canary ?? {};
  if (trafficPercent === undefined || trafficPercent === before?.canary?.trafficPercent) return told;
  return [...told, { type: 'Normal', reason: 'CanaryStep', message: `${what}: the canary gets ${trafficPercent} %` }];
}
