use super::*;
use crate::platform::SplitMix64;
use crate::recommend::models::Query;

/// `n_users` customers, week after week two of the items 0 to 9 that go together by twos; and what only one takes.
fn shop(n_users: usize) -> Interactions {
    const N_ITEMS: usize = 14;
    let mut random = SplitMix64::new(1);
    let mut basket = |week: u32| {
        let first = 2 * random.below(5) as u32;
        Basket { at: f64::from(15_000 + week * 7), items: vec![first, first + 1] }
    };
    let mut histories: Vec<Vec<Basket>> = (0..n_users).map(|_| (0..5).map(&mut basket).collect()).collect();
    // One customer alone takes 10 with 11; many take 12 and 13, of whom one takes them together.
    histories[0][1].items.extend([10, 11, 12, 13]);
    histories.iter_mut().enumerate().skip(1).for_each(|(user, history)| history[0].items.push(12 + user as u32 % 2));
    Interactions {
        items: (0..N_ITEMS).map(|item| format!("item-{item}")).collect(),
        users: (0..n_users).map(|user| format!("user-{user}")).collect(),
        histories,
        has_clock: true,
    }
}

fn rows_of(model: &Model, id: &str) -> Vec<String> {
    let at = model.items.iter().position(|item| item == id);
    let Some(at) = at else { return Vec::new() };
    let found = [model.alike(at as u32, 99), model.together(at as u32, 99)].concat();
    found.into_iter().map(|(item, _)| model.items[item as usize].clone()).collect()
}

#[test]
fn a_pair_that_one_customer_took_never_appears_and_one_of_many_does() {
    let data = shop(3000);
    let budget = Budget::default();
    let mut n_found = 0;
    for seed in 0..8 {
        let Release { model, .. } = release(&data, Open::default(), &budget, &mut Noise::of_seed(seed));
        let read = Model::read(&model.write()).expect("what was just written");
        assert_eq!(read.statement(), model.statement());
        let statement = read.statement().expect("every release has one");
        assert_eq!((statement.epsilon, statement.min_customers), (budget.epsilon, budget.min_customers));
        assert!(!read.items.iter().any(|id| id == "item-10" || id == "item-11"));
        assert!(!rows_of(&read, "item-12").contains(&"item-13".to_owned()));
        let open = Open { items: true, texts: &[] };
        let all = release(&data, open, &budget, &mut Noise::of_seed(seed)).model;
        assert_eq!(all.items, data.items);
        assert!(!all.is_taken(10) && all.is_taken(0));
        // All took something in the last week, and later days know of it.
        assert!(all.popular(data.end() + 2.0, 5).contains(&0), "what was taken lately is popular");
        assert!(rows_of(&all, "item-10").is_empty());
        n_found += usize::from(rows_of(&read, "item-0").contains(&"item-1".to_owned()));
    }
    assert_eq!(n_found, 8, "what hundreds take together is told");
}

#[test]
fn a_release_repeats_by_its_seed_alone_and_says_nothing_of_a_handful() {
    let data = shop(400);
    let budget = Budget::default();
    let bytes = |noise: &mut Noise| release(&data, Open::default(), &budget, noise).model.write();
    assert_eq!(bytes(&mut Noise::of_seed(1)), bytes(&mut Noise::of_seed(1)));
    assert_ne!(bytes(&mut Noise::of_seed(1)), bytes(&mut Noise::of_seed(2)));
    let few = Interactions { users: data.users[..4].to_vec(), histories: data.histories[..4].to_vec(), ..data.clone() };
    let Release { model, .. } = release(&few, Open::default(), &budget, &mut Noise::of_system());
    assert!(model.items.is_empty());
    let query = Query { history: &[], now: few.end(), user: None };
    assert!(Model::read(&model.write()).expect("an empty one").recommend(&query, false, 5).is_empty());
}

#[test]
fn the_rhos_of_each_customer_add_up_to_the_budget() {
    let budget = Budget::default();
    let Release { model, judges, rho_left } = release(&shop(600), Open::default(), &budget, &mut Noise::of_seed(3));
    assert!((60..180).contains(&judges.len()), "{}", judges.len());
    let spent = |of_judges: bool| -> f64 {
        let is_of = |name: &str| name == "customers" || name.starts_with("weights") == of_judges;
        let counts = &model.statement().expect("every release has one").counts;
        counts.iter().filter(|one| is_of(&one.name)).map(|one| one.rho).sum()
    };
    assert!((spent(false) - budget.rho()).abs() < 1e-5, "{}", spent(false));
    assert!((spent(true) + rho_left - budget.rho()).abs() < 1e-5, "{}", spent(true));
}

#[test]
fn the_largest_is_chosen_where_the_budget_lets_it_show() {
    let sums = [1.0, 50.0, 3.0];
    let n = (0..100).filter(|&seed| choose(&sums, 0.1, &mut Noise::of_seed(seed)) == Some(1)).count();
    assert!(n > 90, "{n}");
    assert_eq!(choose(&[], 0.1, &mut Noise::of_seed(1)), None);
}
