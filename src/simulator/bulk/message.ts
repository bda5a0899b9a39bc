export interface BulkMessage {
  source: 'prima' | 'scend' | 'middleware';
  /** One line of JSON. */
  body: string;
}
