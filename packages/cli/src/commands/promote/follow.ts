import { type Command, jsonOption, namespaceOption } from '../../command/command.ts';
import { awaitPromotion, timeoutMsOf, timeoutOption } from '../../promotion/await-promotion.ts';
import { namedPromotion } from '../../promotion/named-promotion.ts';

export const followPromotionCommand: Command = {
  name: 'follow <promotion>',
  summary: 'show how a Promotion goes on, until it has ended',
  details:
    'Exit code 0: healthy; 1: failed, rejected, rolled back, or not ended in time; 3: waits for approval when the time is over.',
  options: [namespaceOption, timeoutOption, jsonOption],
  async run(context) {
    const { args, connect, signal } = context;
    const timeoutMs = timeoutMsOf(context);
    const { client, namespace } = await connect();
    const promotion = await namedPromotion(client, { namespace, text: args[0] ?? '' }, signal);
    return await awaitPromotion(promotion, client, timeoutMs, context);
  },
};
