import type { CommandGroup } from '../command/command.ts';
import { cacheCommands } from './storage/cache.ts';
import { downloadCommand } from './storage/download.ts';
import { listCommand } from './storage/ls.ts';
import { verifyCommand } from './storage/verify.ts';

export const storageCommands: CommandGroup = {
  name: 'storage',
  summary: 'fetch, list and verify models, and look after the shared cache',
  commands: [downloadCommand, listCommand, verifyCommand, cacheCommands],
};
