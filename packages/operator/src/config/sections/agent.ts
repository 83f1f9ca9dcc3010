import {
  count,
  duration,
  flag,
  image,
  keyName,
  objectName,
  quantity,
  text,
  textMap,
  url,
  wholeNumber,
} from '../kinds.ts';
import { given, group, idle, open } from '../setting.ts';

/** The container beside the server that reports requests and makes batches of them. KServe's image is used as it is. */
export const agent = {
  image: given(image, 'kserve/agent:v0.20.0', 'Its image.'),
  memoryRequest: given(quantity, '100Mi', 'Memory that it asks for.'),
  memoryLimit: given(quantity, '1Gi', 'Memory that it may use.'),
  cpuRequest: given(quantity, '100m', 'Processor time that it asks for.'),
  cpuLimit: given(quantity, '1', 'Processor time that it may use.'),
};

const ofAgent = 'image and resources of the agent are those of section `agent`';

/** What holds for loggers that do not say themselves. */
export const logger = {
  defaultUrl: given(url, 'http://default-broker', 'Where reports go.'),
  caBundle: open(objectName, "ConfigMap of a service's namespace with certificates that the agent trusts."),
  caCertFile: open(keyName, 'Key in it; the agent itself looks for `service-ca.crt`.'),
  tlsSkipVerify: given(flag, false, 'Whether the certificate of the collector goes unchecked.'),
  storage: group(
    {
      path: open(text, 'Folder in the store.', '0.16'),
      key: open(text, 'Key of the storage entry.', '0.16'),
      parameters: open(textMap, '`format`: json, csv or parquet.', '0.16'),
      serviceAccountName: open(objectName, 'Account whose Secrets open the store; else `logger-sa`.', '0.16'),
    },
    'How reports are stored whose URL is that of a store, such as `s3://logs`.',
    '0.16',
  ),
  marshallerUrl: open(url, 'Who turns records into files; else the agent itself.', '0.17'),
  batchSize: open(wholeNumber, 'Records in one file.', '0.17'),
  batchInterval: open(duration, 'After which a file is written that is not full.', '0.17'),
  image: idle(ofAgent),
  memoryRequest: idle(ofAgent),
  memoryLimit: idle(ofAgent),
  cpuRequest: idle(ofAgent),
  cpuLimit: idle(ofAgent),
};

/** What holds for batchers that do not say themselves. */
export const batcher = {
  maxBatchSize: open(count, 'Requests in one batch; the agent itself takes 32.'),
  maxLatency: open(count, 'Milliseconds that the first of a batch waits; the agent itself takes 5000.'),
  image: idle(ofAgent),
  memoryRequest: idle(ofAgent),
  memoryLimit: idle(ofAgent),
  cpuRequest: idle(ofAgent),
  cpuLimit: idle(ofAgent),
};
