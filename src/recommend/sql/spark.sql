-- Spark: the tables that `attendant pack build --tables FOLDER` takes, made where the order history lies.
--
--     spark-sql -f spark.sql
--
-- Run on Spark 4.3.0 in November 2026: of the same history it made the tables that DuckDB makes.
--
-- The history is one row an item with the shopper, the item and the time of the order, in UTC; purchases alone, where
-- it tells of more, and nothing returned. `src/recommend/read/ready.rs` says what each column of the tables means.

SET spark.sql.session.timeZone = UTC;

-- One row an item of a basket. What a shopper took at one time is one basket; steps count their baskets.
DROP TABLE IF EXISTS attendant_taken;
CREATE TABLE attendant_taken AS
SELECT DISTINCT shopper, item, DATEDIFF(CAST(ordered AS DATE), DATE '1970-01-01') AS day,
       DENSE_RANK() OVER (PARTITION BY shopper ORDER BY ordered) AS step
FROM (
  SELECT CAST(`user` AS STRING) AS shopper, CAST(item AS STRING) AS item,
         CAST(`timestamp` AS TIMESTAMP) AS ordered
  FROM orders
) AS history;

-- What follows is the same on DuckDB, BigQuery and Spark.

DROP TABLE IF EXISTS attendant_shape;
CREATE TABLE attendant_shape AS
SELECT MAX(basket.items) > 1 AS has_baskets
FROM (SELECT COUNT(*) AS items FROM attendant_taken GROUP BY shopper, step) AS basket;

-- Which pairs count and how, as `TablesConfig` has it: orders of several items, or one item at a time.
DROP TABLE IF EXISTS attendant_settings;
CREATE TABLE attendant_settings AS
SELECT 'item_to_item' AS kind, -1000 AS first_step, 1000 AS last_step,
       CASE WHEN has_baskets THEN 0.95 ELSE 0.8 END AS step_decay,
       0.5 AS from_power, 0.4 AS to_power,
       CASE WHEN has_baskets THEN 0.5 ELSE 0.3 END AS length_power
FROM attendant_shape
UNION ALL
SELECT 'basket', 0, 0, 0.95, 0.5, 0.4, 0.5
FROM attendant_shape WHERE has_baskets
UNION ALL
SELECT 'markov', 1, 3,
       CASE WHEN has_baskets THEN 0.8 ELSE 0.7 END,
       CASE WHEN has_baskets THEN 0.7 ELSE 0.5 END,
       CASE WHEN has_baskets THEN 0.4 ELSE 0.2 END,
       CASE WHEN has_baskets THEN 0.5 ELSE 0.0 END
FROM attendant_shape;

DROP TABLE IF EXISTS attendant_shoppers;
CREATE TABLE attendant_shoppers AS
SELECT shopper, COUNT(*) AS items, MAX(step) AS steps
FROM attendant_taken
GROUP BY shopper;

-- How often each item was in the very next basket of one who took it.
DROP TABLE IF EXISTS attendant_repeats;
CREATE TABLE attendant_repeats AS
SELECT taken.item AS item, COUNT(*) AS chances, COUNT(again.item) AS again
FROM attendant_taken AS taken
JOIN attendant_shoppers AS shoppers
  ON shoppers.shopper = taken.shopper AND taken.step < shoppers.steps
LEFT JOIN attendant_taken AS again
  ON again.shopper = taken.shopper AND again.item = taken.item AND again.step = taken.step + 1
GROUP BY taken.item;

-- `trend` halves in 14 days. `again` has five baskets' worth of the mean in it, so that a rare item's is not 0 or 1.
DROP TABLE IF EXISTS attendant_popularity;
CREATE TABLE attendant_popularity AS
SELECT counted.item AS item, counted.orders AS orders, counted.shoppers AS shoppers, counted.trend AS trend,
       (COALESCE(repeats.again, 0) + 5.0 * mean.rate) / (COALESCE(repeats.chances, 0) + 5.0) AS again,
       counted.until_day AS until_day
FROM (
  SELECT taken.item AS item, COUNT(*) AS orders, COUNT(DISTINCT taken.shopper) AS shoppers,
         SUM(POWER(0.5, (latest.day - taken.day) / 14.0)) AS trend, MAX(latest.day) AS until_day
  FROM attendant_taken AS taken
  CROSS JOIN (SELECT MAX(day) AS day FROM attendant_taken) AS latest
  GROUP BY taken.item
) AS counted
LEFT JOIN attendant_repeats AS repeats ON repeats.item = counted.item
CROSS JOIN (SELECT COALESCE(SUM(again) / GREATEST(SUM(chances), 1), 0) AS rate FROM attendant_repeats) AS mean;

-- Every two items of a shopper within reach of each other, weighed by the steps between, by the shopper's length and
-- by how popular both are; of each item the 64 heaviest.
DROP TABLE IF EXISTS attendant_pairs;
CREATE TABLE attendant_pairs AS
SELECT kind, item, other, weight, shoppers
FROM (
  SELECT kind, item, other, weight, shoppers,
         ROW_NUMBER() OVER (PARTITION BY kind, item ORDER BY weight DESC, other_orders DESC, other) AS place
  FROM (
    SELECT pairs.kind AS kind, pairs.item AS item, pairs.other AS other, pairs.shoppers AS shoppers,
           theirs.orders AS other_orders,
           pairs.total * POWER(own.orders, -settings.from_power) * POWER(theirs.orders, -settings.to_power) AS weight
    FROM (
      SELECT settings.kind AS kind, one.item AS item, two.item AS other, COUNT(DISTINCT one.shopper) AS shoppers,
             SUM(POWER(shoppers.items, -settings.length_power)
                 * POWER(settings.step_decay, GREATEST(ABS(two.step - one.step), 1) - 1)) AS total
      FROM attendant_taken AS one
      JOIN attendant_taken AS two ON two.shopper = one.shopper AND two.item <> one.item
      JOIN attendant_shoppers AS shoppers ON shoppers.shopper = one.shopper
      JOIN attendant_settings AS settings ON two.step - one.step BETWEEN settings.first_step AND settings.last_step
      GROUP BY settings.kind, one.item, two.item
    ) AS pairs
    JOIN attendant_settings AS settings ON settings.kind = pairs.kind
    JOIN attendant_popularity AS own ON own.item = pairs.item
    JOIN attendant_popularity AS theirs ON theirs.item = pairs.other
  ) AS weighed
) AS ranked
WHERE place <= 64;

-- So far the same.

INSERT OVERWRITE DIRECTORY 'tables/popularity' USING csv OPTIONS (header = true)
SELECT item, orders, shoppers, trend, again, until_day FROM attendant_popularity;
INSERT OVERWRITE DIRECTORY 'tables/item_to_item' USING csv OPTIONS (header = true)
SELECT item, other, weight, shoppers FROM attendant_pairs WHERE kind = 'item_to_item';
INSERT OVERWRITE DIRECTORY 'tables/basket' USING csv OPTIONS (header = true)
SELECT item, other, weight, shoppers FROM attendant_pairs WHERE kind = 'basket';
INSERT OVERWRITE DIRECTORY 'tables/markov' USING csv OPTIONS (header = true)
SELECT item, other, weight, shoppers FROM attendant_pairs WHERE kind = 'markov';
