import { type Promotion, type PromotionApproval, promotions } from '@serval/api';
import { answersFrom } from '../../command/answers.ts';
import { CliError } from '../../command/cli-error.ts';
import { type Command, jsonOption, namespaceOption, textOption } from '../../command/command.ts';
import { awaitPromotion, timeoutMsOf, timeoutOption } from '../../promotion/await-promotion.ts';
import { followPromotion } from '../../promotion/follow-promotion.ts';
import { namedPromotion } from '../../promotion/named-promotion.ts';
import { hasEnded, whyOf } from '../../promotion/outcome.ts';
import { decisionLines, promotionJson } from '../../promotion/rows.ts';

/** `approve` and `reject` differ in what they say alone: a decision is made once. */
export function decideCommand(verb: string, decision: PromotionApproval['decision'], summary: string): Command {
  return {
    name: `${verb} <promotion>`,
    summary,
    details: [
      'Shows what is decided on, asks, and sends the digest that was shown: should the Promotion be of something else by then, it is refused.',
      'You must be allowed the verb approve on the pipeline. A decision cannot be changed. What is still checked is waited for.',
    ].join('\n'),
    options: [
      namespaceOption,
      { flags: '--comment <text>', help: 'why, for people' },
      { flags: '--yes', help: 'do not ask' },
      { flags: '--wait', help: 'then follow it to its end, with the exit codes of serval promote' },
      timeoutOption,
      jsonOption,
    ],
    async run(context) {
      const { args, options, out, stdin, connect, signal } = context;
      const timeoutMs = timeoutMsOf(context);
      const { client, namespace } = await connect();
      const found = await namedPromotion(client, { namespace, text: args[0] ?? '' }, signal);
      const target = { namespace, name: found.metadata.name ?? '' };
      if (found.spec.approval) throw decidedAlready(target, found.spec.approval);
      const isReady = (each: Promotion): boolean => each.status?.digest !== undefined || hasEnded(each);
      const promotion =
        decision === 'Approved'
          ? await followPromotion(found, { client, timeoutMs, until: isReady, seen: () => {}, signal })
          : found;
      if (hasEnded(promotion)) {
        const why = whyOf(promotion);
        throw new CliError(
          'NotReady',
          `Promotion ${namespace}/${target.name} has ended already${why ? `: ${why}` : ''}`,
        );
      }
      const digest = promotion.status?.digest;
      if (digest === undefined && decision === 'Approved') {
        throw new CliError('TimedOut', `Promotion ${namespace}/${target.name} was not checked in time`, {
          hint: 'what is approved is what was checked; serval promote follow shows what it waits for',
        });
      }
      const show = options['json'] === true ? out.note : out.print;
      for (const line of decisionLines(promotion)) show(line);
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
      const isFollowed = options['wait'] === true;
      if (options['json'] !== true) out.print(`promotion ${namespace}/${target.name} ${decision.toLowerCase()}`);
      else if (!isFollowed) out.json(promotionJson(decided));
      return isFollowed ? await awaitPromotion(decided, client, timeoutMs, context) : 0;
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
