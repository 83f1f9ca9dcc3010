import type { Promotion } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { CliError } from '../command/cli-error.ts';
import { type CommandContext, type OptionSpec, textOption } from '../command/command.ts';
import { followPromotion } from './follow-promotion.ts';
import { hasEnded, outcomeOf, type PromotionOutcome, whyOf } from './outcome.ts';
import { createProgressLines } from './progress-lines.ts';
import { promotionJson } from './rows.ts';

/** What waits for a person is neither done nor failed. */
export const waitsForApprovalCode = 3;

/** A stage may take its time, and people theirs; an hour is more than most pipelines of tests have. */
export const timeoutOption: OptionSpec = { flags: '--timeout <seconds>', help: 'how long to wait', default: '3600' };

/** @throws CliError BadUsage */
export function timeoutMsOf({ options }: Pick<CommandContext, 'options'>): number {
  const text = textOption(options, 'timeout') ?? '';
  const seconds = Number.parseFloat(text);
  if (!(seconds >= 0)) throw new CliError('BadUsage', `--timeout ${text}: expected seconds`);
  return seconds * 1000;
}

export function promotionLabel({ metadata }: Promotion): string {
  return `promotion ${metadata.namespace}/${metadata.name}`;
}

/** Tells the conditions of a Promotion as they change, and what has come of it; answers the exit code. */
export async function awaitPromotion(
  promotion: Promotion,
  client: Client,
  timeoutMs: number,
  context: Pick<CommandContext, 'options' | 'out' | 'signal'>,
): Promise<number> {
  const { options, out, signal } = context;
  const lines = createProgressLines();
  let isHintShown = false;
  const seen = (state: Promotion): void => {
    for (const line of lines(state)) out.note(`  ${line}`);
    if (outcomeOf(state) !== 'WaitingForApproval' || isHintShown) return;
    isHintShown = true;
    const { namespace, name } = state.metadata;
    out.note(`  approve it with: serval promote approve ${name} -n ${namespace}`);
  };
  let last: Promotion;
  try {
    last = await followPromotion(promotion, { client, timeoutMs, signal, seen, until: hasEnded });
  } catch (error) {
    const isGone = error instanceof CliError && error.code === 'NotReady';
    if (!isGone) out.note(`${promotionLabel(promotion)} goes on; serval promote follow shows how`);
    throw error;
  }
  if (options['json'] === true) out.json(promotionJson(last));
  const outcome = outcomeOf(last);
  if (outcome === 'Healthy') {
    if (options['json'] !== true) out.print(`${promotionLabel(last)} is healthy: ${last.status?.digest}`);
    return 0;
  }
  const why = whyOf(last);
  out.note(`serval: ${promotionLabel(last)} ${outcomeTexts[outcome]}${why ? `: ${why}` : ''}`);
  return outcome === 'WaitingForApproval' ? waitsForApprovalCode : 1;
}

const outcomeTexts: Record<Exclude<PromotionOutcome, 'Healthy'>, string> = {
  RolledBack: 'failed, and was rolled back',
  Rejected: 'was rejected',
  Failed: 'failed',
  WaitingForApproval: 'still waits for approval',
  Queued: 'still waits for its turn',
  InProgress: 'has not ended in time, and goes on',
};
