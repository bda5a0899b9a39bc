export { Public, ReadersOfSource, Roles, RolesOrLoopback } from './access';
export { type Actor, actorOf } from './actor';
export { installAdmission } from './admission';
export { KeyBook } from './keys';
