/** A thread that generates, while the other one renders what there is. */
import { parentPort } from 'node:worker_threads';
import { generateDeploy } from '../generate.ts';

parentPort?.postMessage(generateDeploy());
