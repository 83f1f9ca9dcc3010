import { type PromotionApproval, promotions } from '@serval/api';
import { answersFrom } from '../../command/answers.ts';
import { CliError } from '../../command/cli-error.ts';
import { type Command, jsonOption, namespaceOption, textOption } from '../../command/command.ts';
import { namedPromotion } from '../../promotion/named-promotion.ts';
import { hasEnded } from '../../promotion/outcome.ts';
import { decisionLines, promotionJson } from '../../promotion/rows.ts';

/** `approve` and `reject` differ in what they say alone: a decision is made once. */
export function decideCommand(verb: string, decision: PromotionApproval['decision'], summary: string): Command {
  return {
    name: `${verb} <promotion>`,
    summary,
    details: [
      'Shows what is decided on, asks, and sends the digest that was shown: should the Promotion be of something else by then, it is refused.',
      'You must be allowed the verb approve on the pipeline. A decision cannot be changed.',
    ].join('\n'),
    options: [
      namespaceOption,
      { flags: '--comment <text>', help: 'why, for people' },
      { flags: '--yes', help: 'do not ask' },
      jsonOption,
    ],
    async run({ args, options, out, stdin, connect, signal }) {
      const { client, namespace } = await connect();
      const promotion = await namedPromotion(client, { namespace, text: args[0] ?? '' }, signal);
      const target = { namespace, name: promotion.metadata.name ?? '' };
      const { spec, status } = promotion;
      if (spec.approval) throw decidedAlready(target, spec.approval);
      if (hasEnded(promotion)) {
        throw new CliError('BadUsage', `Promotion ${namespace}/${target.name} has ended already`);
      }
      const digest = status?.digest;
      if (digest === undefined && decision === 'Approved') {
        throw new CliError('NotReady', `Promotion ${namespace}/${target.name} was not checked yet`, {
          hint: 'what is approved is what was checked; try again in a moment',
        });
      }
      if (options['json'] !== true) for (const line of decisionLines(promotion)) out.print(line);
      if (options['yes'] !== true) {
        out.note(`${verb} this? [y/N]`);
        if (!(await answersFrom(stdin)())) {
          out.note('nothing was decided');
          return 1;
        }
      }
      const comment = textOption(options, 'comment');
      const approval = { decision, ...(digest ? { digest } : {}), ...(comment ? { comment } : {}) };
      const decided = await client.patch(promotions, target, 'merge', { spec: { approval } }, { signal });
      if (options['json'] === true) out.json(promotionJson(decided));
      else out.print(`promotion ${namespace}/${target.name} ${decision.toLowerCase()}`);
      return 0;
    },
  };
}

function decidedAlready(
  { namespace, name }: { namespace: string; name: string },
  { decision, approvedBy }: PromotionApproval,
): CliError {
  const who = approvedBy ? ` by ${approvedBy.username}` : '';
  return new CliError('BadUsage', `Promotion ${namespace}/${name} was ${decision.toLowerCase()} already${who}`, {
    hint: 'a decision is made once; make another Promotion',
  });
}
