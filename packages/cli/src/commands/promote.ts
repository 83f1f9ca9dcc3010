import type { CommandGroup } from '../command/command.ts';
import { decideCommand } from './promote/decide.ts';
import { followPromotionCommand } from './promote/follow.ts';
import { startPromotionCommand } from './promote/start.ts';

export const promoteCommands: CommandGroup = {
  name: 'promote',
  summary: 'bring a service from one stage of a pipeline to another, approve it, or take it back',
  details: [
    'serval promote SERVICE is short for serval promote start SERVICE; see serval promote start --help.',
    '',
    'Examples:',
    '  serval promote scorer --pipeline team-a/fraud --to prod',
    '  serval promote approve scorer-prod-x7k2p -n team-a --comment "looked at the figures"',
    '  serval promote scorer --pipeline team-a/fraud --to prod --rollback',
  ].join('\n'),
  commands: [
    startPromotionCommand,
    followPromotionCommand,
    decideCommand('approve', 'Approved', 'let what was checked into its stage'),
    decideCommand('reject', 'Rejected', 'end a Promotion, for good'),
  ],
};
