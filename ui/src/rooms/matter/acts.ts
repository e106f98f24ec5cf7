// The acts of a matter that ask for something before they are written.
export type Act = 'party' | 'second' | 'confirm' | 'explain' | 'hand' | 'close' | 'void' | 'resolve' | 'draft'
