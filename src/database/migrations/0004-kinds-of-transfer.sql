-- Apart from what uses them: a value that is added to a type can be used only once it is committed.

-- Money between two accounts: it leaves the one's available for the other's.
alter type transfer_kind add value 'send';
alter type transfer_kind add value 'receive';
alter type wallet_side add value 'peers';
