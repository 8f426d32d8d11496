"""porescope: from FIB-SEM tomograms of sintered porous metals to masks, descriptors, models and synthetic sections."""
