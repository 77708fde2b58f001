// Shared by the kernels of the language model. A column is one position of one voice.

struct Column {
  slot: u32, // of the voice; NO_SLOT: nothing to do
  position: u32, // where its keys and values go
  span: u32, // it attends to the positions 0 .. span - 1
  rank: u32, // of its voice's adapter; 0: none
}

const NO_SLOT = 0xffffffffu;
const MOST_COLUMNS = 1024u; // at a time
