import { Type } from 'typebox';
import { caBundleFields, certificateField } from './certificate-fields.ts';
import { text } from './text.ts';

/** S3 and what speaks like it: KServe's fields, and ModelMesh's `default_bucket` and `certificate`. */
const s3Form = Type.Object({
  access_key_id: text('Id of the access key.'),
  secret_access_key: text('The secret access key.'),
  endpoint_url: text('URL of the service. Default: that of AWS in the region.'),
  region: text('Region of the bucket, such as us-east-1.'),
  bucket: text('Bucket of the models, where the service names none.'),
  default_bucket: text('The same in the words of ModelMesh; bucket wins.'),
  verify_ssl: text('"0" or "false": the certificate of the server is not checked.'),
  anonymous: text('"true": requests are not signed.'),
  ...caBundleFields,
  ...certificateField,
});

/** HDFS over WebHDFS (KServe). Values that are files are in base64. */
const hdfsForm = Type.Object({
  HDFS_NAMENODE: text('URLs of the name nodes, with semicolons between them: https://a:9871;https://b:9871.'),
  HDFS_ROOTPATH: text('What paths begin with. Default: /.'),
  USER_PROXY: text('The user to act for.'),
  KERBEROS_PRINCIPAL: text('Principal of the key table, such as account@REALM.'),
  KERBEROS_KEYTAB: text('The key table, in base64.'),
  TLS_CERT: text('Certificate of the client, in base64.'),
  TLS_KEY: text('Key of the client, in base64.'),
  TLS_CA: text('Certificates of the authorities to trust, in base64.'),
  TLS_SKIP_VERIFY: text('"true": the certificate of the server is not checked. Default: "false".'),
  HEADERS: text('Headers of every request, as the text of a JSON object.'),
  N_THREADS: text('Files that are fetched at the same time. Default: "2".'),
});

/** Google Cloud Storage: fields of a service account's key file. Without them requests are not signed. */
const gcsForm = Type.Object({
  bucket: text('Bucket of the models, where the service names none.'),
  private_key: text('Private key of the service account, as PEM text; with client_email.'),
  client_email: text('Address of the service account; with private_key.'),
  token_uri: text('Where tokens are issued. Default: that of Google.'),
  ...certificateField,
});

/** Azure Blob Storage: a connection string, or a service principal, or neither for public containers. */
const azureForm = Type.Object({
  account_name: text('Name of the storage account.'),
  container: text('Container of the models, where the service names none.'),
  connection_string: text('Connection string of the account; wins over the service principal.'),
  client_id: text('Id of the service principal; with client_secret and tenant_id.'),
  client_secret: text('Secret of the service principal.'),
  tenant_id: text('Tenant of the service principal.'),
  ...certificateField,
});

const headerValue = Type.Union([Type.String(), Type.Array(Type.String())]);

/** A web server. */
const httpForm = Type.Object({
  url: text('What paths of models are below.'),
  headers: Type.Optional(
    Type.Union([Type.String(), Type.Unsafe<object>({ type: 'object', additionalProperties: headerValue })], {
      description: 'Headers of every request, by name: a value or a list (ModelMesh), or the text of a JSON object.',
    }),
  ),
  client_certificate: text('Certificate that the client shows, as PEM text; with client_key.'),
  client_key: text('Private key of the client, as PEM text; with client_certificate.'),
  ...certificateField,
});

/** A PersistentVolumeClaim (ModelMesh). */
const pvcForm = Type.Object({
  name: text('Name of the PersistentVolumeClaim.'),
});

/** The fields of an entry by its `type`. KServe and ModelMesh name some kinds of storage differently. */
export const storageConfigForms = {
  s3: s3Form,
  hdfs: hdfsForm,
  webhdfs: hdfsForm,
  gs: gcsForm,
  gcs: gcsForm,
  azure: azureForm,
  http: httpForm,
  https: httpForm,
  pvc: pvcForm,
};
