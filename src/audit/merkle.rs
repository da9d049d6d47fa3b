//! The root of a Merkle tree over links (RFC 6962 §2.1), made as they come.

use crate::base::Digest;

/// The tree so far: the roots of its full subtrees, the largest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    full: Vec<(u32, Digest)>,
}

impl Tree {
    pub(super) fn push(&mut self, leaf: &Digest) {
        let mut node = (0, hash(0, &[leaf]));
        while let Some((level, left)) = self.full.last().copied().filter(|(level, _)| *level == node.0) {
            self.full.pop();
            node = (level + 1, hash(1, &[&left, &node.1]));
        }
        self.full.push(node);
    }

    pub(super) fn root(&self) -> Digest {
        let mut nodes = self.full.iter().rev().map(|(_, node)| *node);
        let Some(last) = nodes.next() else { return Digest::of(b"") };
        nodes.fold(last, |right, left| hash(1, &[&left, &right]))
    }
}

fn hash(mark: u8, parts: &[&Digest]) -> Digest {
    let mut bytes = vec![mark];
    parts.iter().for_each(|part| bytes.extend_from_slice(part.as_bytes()));
    Digest::of(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the RFC defines it.
    fn defined(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Digest::of(b""),
            [leaf] => hash(0, &[leaf]),
            _ => {
                let k = (leaves.len().next_power_of_two() / 2).max(1);
                hash(1, &[&defined(&leaves[..k]), &defined(&leaves[k..])])
            }
        }
    }

    #[test]
    fn rfc6962_s2_1_root() {
        for count in 0..40u8 {
            let leaves: Vec<Digest> = (0..count).map(|n| Digest::of([n])).collect();
            let mut tree = Tree::default();
            leaves.iter().for_each(|leaf| tree.push(leaf));
            assert_eq!(tree.root(), defined(&leaves), "{count}");
        }
    }
}
