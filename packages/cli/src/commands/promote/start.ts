import { type Pipeline, promotions } from '@serval/api';
import { type Command, jsonOption, namespaceOption, textOption } from '../../command/command.ts';
import { namedPipeline } from '../../pipeline/named-pipeline.ts';
import {
  awaitPromotion,
  promotionLabel,
  timeoutMsOf,
  timeoutOption,
  waitsForApprovalCode,
} from '../../promotion/await-promotion.ts';
import { newPromotion } from '../../promotion/new-promotion.ts';
import { promotionJson } from '../../promotion/rows.ts';

export const startPromotionCommand: Command = {
  name: 'start <service>',
  isDefault: true,
  summary: 'promote a service to a stage, and wait until it is healthy there',
  details: [
    'What runs in the stage before is found out, checked, approved where the stage wants it, applied, and watched; what fails is taken back.',
    'Whoever stops waiting stops nothing: the Promotion goes on. Exit code 0: healthy, or asked for (--no-wait); 1: failed, rejected, rolled',
    'back, or not ended in time; 3: waits for approval when the time is over, or will (--no-wait).',
    '',
    'Examples:',
    '  serval promote scorer --pipeline team-a/fraud --to prod',
    '  serval promote scorer --pipeline team-a/fraud --to prod --rollback          # to what was there before',
    '  serval promote scorer --pipeline team-a/fraud --to prod --digest sha256:…   # to any that history has',
  ].join('\n'),
  options: [
    namespaceOption,
    { flags: '--pipeline <namespace/name>', help: 'the pipeline', required: true },
    { flags: '--to <stage>', help: 'stage that it is promoted to, or review', required: true },
    { flags: '--from <stage>', help: 'stage that it comes from (default: the only one that it may come from)' },
    { flags: '--digest <digest>', help: 'back to what an earlier Promotion brought' },
    { flags: '--rollback', help: 'back to what the stage had before' },
    { flags: '--no-wait', help: 'ask for it, print its name, and end' },
    timeoutOption,
    jsonOption,
  ],
  async run(context) {
    const { args, options, out, signal } = context;
    const timeoutMs = timeoutMsOf(context);
    const { client, namespace } = await context.connect();
    const pipeline = await namedPipeline(client, namespace, textOption(options, 'pipeline') ?? '', signal);
    const [service = ''] = args;
    const wish = {
      service,
      to: textOption(options, 'to') ?? '',
      from: textOption(options, 'from'),
      digest: textOption(options, 'digest'),
      rollback: options['rollback'] === true,
    };
    const place = { namespace: pipeline.metadata.namespace ?? '', signal };
    const { items } = wish.rollback ? await client.list(promotions, place) : { items: [] };
    const promotion = await client.create(promotions, newPromotion(pipeline, items, wish), { signal });
    const source = promotion.spec.from ?? 'its history';
    out.note(`${promotionLabel(promotion)}: ${service} from ${source} to ${wish.to}`);
    if (options['wait'] !== false) return await awaitPromotion(promotion, client, timeoutMs, context);
    if (options['json'] === true) out.json(promotionJson(promotion));
    else out.print(`promotion/${promotion.metadata.name}`);
    return asksForApproval(pipeline, wish.to) ? waitsForApprovalCode : 0;
  },
};

function asksForApproval({ spec }: Pipeline, to: string): boolean {
  return spec.stages.find(({ name }) => name === to)?.promotion?.approval === 'Required';
}
