import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of the live generation; written by the projector alone. */
@Entity({ schema: 'live', name: 'drifts', synchronize: false })
export class DriftEntity {
  @PrimaryColumn({ name: 'case_key', type: 'text' })
  caseKey!: string;

  @PrimaryColumn({ type: 'text' })
  anchor!: string;

  @Column({ type: 'text' })
  id!: string;

  @Column({ type: 'text' })
  detector!: string;

  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'text' })
  discriminator!: string;

  @Column({ type: 'text' })
  severity!: string;

  /** The person who was assigned last; else whom the policy names. */
  @Column({ type: 'text', nullable: true })
  owner!: string | null;

  @Column({ type: 'text' })
  status!: string;

  @Column({ type: 'integer' })
  occurrence!: number;

  @Column({ name: 'opened_at', type: 'timestamptz' })
  openedAt!: Date;

  @Column({ name: 'opened_by', type: 'bigint' })
  openedBy!: number;

  @Column({ name: 'changed_by', type: 'bigint' })
  changedBy!: number;

  @Column({ name: 'resolved_at', type: 'timestamptz', nullable: true })
  resolvedAt!: Date | null;

  @Column({ name: 'resolved_by', type: 'bigint', nullable: true })
  resolvedBy!: number | null;

  @Column({ name: 'values_hash', type: 'text' })
  valuesHash!: string;

  @Column({ type: 'text' })
  source!: string;

  /** Drifts of one cause have it in common. */
  @Column({ type: 'text' })
  cluster!: string;

  @Column({ type: 'text', array: true })
  aliases!: string[];

  /** JSON of `Finding`. */
  @Column({ type: 'text' })
  finding!: string;
}
