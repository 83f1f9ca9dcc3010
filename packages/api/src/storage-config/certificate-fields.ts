import { Type } from 'typebox';
import { text } from './text.ts';

/** A certificate as its PEM text, as ModelMesh reads it. */
export const certificateField = {
  certificate: text(
    'Certificates of the authorities to trust, as PEM text (ModelMesh). A path here is an old use: write ca_bundle.',
  ),
};

/** A certificate as a file or a ConfigMap, as KServe reads it. */
export const caBundleFields = {
  ca_bundle: text('Path of a file in the container with the certificates to trust, as AWS names it (KServe).'),
  cabundle_configmap: text('Name of a ConfigMap of the namespace with the certificates under cabundle.crt (KServe).'),
  ca_bundle_configmap: Type.Optional(
    Type.String({ description: 'Another spelling of cabundle_configmap, read and not to be written.' }),
  ),
};
