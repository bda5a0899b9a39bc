/** Two generations over one large ledger: what comparing them takes, and for whom putting one in the other's place is felt. */
import { CommandFailed } from '../support/command';
