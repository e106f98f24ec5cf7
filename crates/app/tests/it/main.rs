//! Stories of one laptop, in the words of the trade, and the freshness of the bindings.

mod bindings;
