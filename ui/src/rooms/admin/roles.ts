import type { Role } from '@/api'

/** Every role, in the order of the trade. */
export const ROLES: Role[] = [
  'officer',
  'auxiliary',
  'handler',
  'reviewer',
  'head',
  'archivist',
  'supervisor',
  'sysadmin',
  'secadmin',
  'auditor',
]

/** Roles that act on site and need a certificate. */
export const CERTIFIED: Role[] = ['officer', 'handler', 'head']
