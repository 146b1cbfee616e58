//! What to show: from what this shopper did. Pure.
