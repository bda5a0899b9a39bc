import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of the live generation; written by the projector alone. */
@Entity({ schema: 'live', name: 'cases', synchronize: false })
export class CaseEntity {
  @PrimaryColumn({ type: 'text' })
  key!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'text', array: true })
  refs!: string[];

  /** The newest positions; full chunks are rows of `live.case_facts`. */
  @Column({ type: 'bigint', array: true })
  facts!: number[];

  @Column({ type: 'integer' })
  chunks!: number;

  /** JSON of the case's state. */
  @Column({ type: 'text' })
  state!: string;

  /** JSON of `Act[]`. */
  @Column({ type: 'text' })
  acts!: string;
}
